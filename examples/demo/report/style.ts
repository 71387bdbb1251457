export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1b1f24; --soft: #545c66; --rule: #d5d9de; --trouble: #eef0f3;
  --load: #3b75a8; --bad: #b3261e; --bad-ground: #f7d4d0; --good: #2f7d57; --accent: #6b4fa0; --accent-ground: #e6def3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --ink: #e9ecef; --soft: #a9b1ba; --rule: #3a414a; --trouble: #20252b;
    --load: #6ca9dc; --bad: #ff8a80; --bad-ground: #4d1f1c; --good: #63c294; --accent: #b79df0; --accent-ground: #3b3153;
  }
}
* { box-sizing: border-box; margin: 0; }
body { background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 1280px; margin: 0 auto; padding: 24px clamp(12px, 2.5vw, 32px) 32px; }
.patterns { position: absolute; }
.over { color: var(--soft); font-size: 13px; }
h1 { font-size: clamp(21px, 2.3vw, 28px); line-height: 1.25; margin: 4px 0 8px; max-width: 44em; text-wrap: balance; }
.whole, td { white-space: nowrap; }
.lead { max-width: 75em; }
.key { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; padding: 12px 0; margin: 14px 0 18px;
  border-block: 1px solid var(--rule); font-size: 12px; color: var(--soft); }
.key li { display: flex; align-items: center; gap: 6px; }
.key svg { flex: none; }
.panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(330px, 1fr)); gap: 28px; }
.panel { min-width: 0; }
h2 { font-size: 17px; line-height: 1.3; }
.set-up { color: var(--soft); font-size: 11.5px; line-height: 1.4; min-height: 2.8em; }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
.glance { display: flex; justify-content: space-between; gap: 12px; margin: 8px 0 14px; }
.glance div { display: flex; flex-direction: column-reverse; }
.glance dd { margin: 0; font-size: 21px; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; white-space: nowrap; }
.glance small { font-size: 12px; font-weight: 400; color: var(--soft); }
.glance dt { font-size: 12px; color: var(--soft); }
.chart { display: block; width: calc(100% - 40px); margin-left: 40px; overflow: visible; }
.chart text { font-size: 11px; fill: var(--soft); font-variant-numeric: tabular-nums; }
.chart .title { fill: var(--ink); font-weight: 600; }
.chart .phase { letter-spacing: -0.3px; }
.chart .peak { fill: var(--ink); font-weight: 700; font-size: 12px; }
.chart .tick, .chart .last { text-anchor: end; }
.chart .middle { text-anchor: middle; }
.trouble { fill: var(--trouble); }
.edge, .grid { stroke: var(--rule); }
.base, .end { stroke: var(--soft); }
.end { stroke-dasharray: 1 3; }
.capacity { stroke: var(--ink); stroke-dasharray: 4 3; }
.load { fill: var(--load); }
.over-capacity, .failed { fill: url(#stripes); stroke: var(--bad); stroke-width: 0.5px; }
.stripe-ground { fill: var(--bad-ground); }
.stripe { fill: var(--bad); }
.succeeded { fill: var(--good); }
.retry { stroke: var(--ink); stroke-width: 1px; vector-effect: non-scaling-stroke; fill: none; }
.spread { fill: var(--load); }
.median { fill: var(--ink); }
.open { fill: var(--accent); }
.half-open { fill: url(#dots); stroke: var(--accent); }
.dot-ground { fill: var(--accent-ground); }
.dot { fill: var(--accent); }
.closed { fill: var(--accent); }
.below { display: grid; grid-template-columns: repeat(auto-fit, minmax(330px, 1fr)); gap: 28px; margin-top: 28px; }
table { border-collapse: collapse; width: 100%; margin-top: 8px; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 0 4px 8px; border-bottom: 1px solid var(--rule); text-align: right; vertical-align: bottom; }
tr > :first-child { padding-left: 0; text-align: left; }
tbody th { font-weight: 400; color: var(--soft); }
.deeds { margin-top: 8px; font-size: 13px; }
.deeds div { display: flex; gap: 12px; padding: 4px 0; border-bottom: 1px solid var(--rule); }
.deeds dt { flex: none; width: 4.5em; color: var(--soft); }
.deeds dd { margin: 0; }
footer { margin-top: 24px; font-size: 12px; color: var(--soft); }
`;
