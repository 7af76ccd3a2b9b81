/**
 * Cutting what is not read out of what a host tells of itself, before the rest is parsed: parsing all of it takes longer than many a step of
 * an operation. For what libvirt itself writes, which has no comments and no CDATA in which a tag could be text.
 */

/**
 * The text without the elements of that name whose tag has no attributes, but for those whose content is to be kept. One that has no end is
 * left, for the parser to refuse; of one within another of its name, the inner one goes.
 */
export function without(xml: string, name: string, keep: (content: string) => boolean = () => false): string {
  const [before = '', ...elements] = xml.split(`<${name}>`);
  const rest = elements.map((text) => {
    const end = text.indexOf(`</${name}>`);
    return end === -1 || keep(text.slice(0, end)) ? `<${name}>${text}` : text.slice(end + name.length + 3);
  });
  return before + rest.join('');
}
