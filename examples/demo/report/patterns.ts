/** Stripes, so that no colour has to be told from another. */
export const PATTERNS = `<svg class="patterns" width="0" height="0" aria-hidden="true"><defs>
<pattern id="stripes" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect class="stripe-ground" width="5" height="5"/><rect class="stripe" width="3" height="5"/>
</pattern>
<pattern id="dots" width="4" height="4" patternUnits="userSpaceOnUse">
<rect class="dot-ground" width="4" height="4"/><rect class="dot" width="2" height="2"/>
</pattern>
</defs></svg>`;
