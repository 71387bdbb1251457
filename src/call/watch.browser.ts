/** In the place of watch.ts where there is nothing to watch: browsers keep their connections to themselves. */
export const watch = (): undefined => undefined;
