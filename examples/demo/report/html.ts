const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as it has to be written between tags and in attributes. */
export const html = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');

/** The same for a sentence, in which neither a name nor a figure and its unit are torn apart. */
export const sentence = (text: string): string =>
  html(text).replace(/axios-\w+|half-open|[\d.]+ (%|requests)/g, '<span class="whole">$&</span>');
