const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as it has to be written between tags and in attributes. */
export const html = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
