/**
 * Is this worth sending to libvirt? `driver[+transport]://[user@][host][:port]/[path][?options]`, after libvirt's uri.html.
 * A first look for the form alone: whether the driver and the host exist, libvirt says.
 */
const URI_FORM = /^[a-z][a-z0-9]*(\+[a-z0-9]+)?:\/\/([^/\s?#]*)(\/[^\s?#]*)?(\?\S*)?$/i;

const LOCAL_TRANSPORTS = ['unix', 'ext'];

export const URI_PROBLEMS = ['empty', 'form', 'host', 'path'] as const;
export type UriProblem = (typeof URI_PROBLEMS)[number];

/** What is wrong with the form of a URI, or null. */
export function uriProblem(text: string): UriProblem | null {
  const uri = text.trim();
  if (uri === '') return 'empty';
  const parts = URI_FORM.exec(uri);
  if (parts === null) return 'form';
  const [, transport = '', authority = '', path = ''] = parts;
  const name = transport.slice(1).toLowerCase();
  const remote = name !== '' && !LOCAL_TRANSPORTS.includes(name);
  if (remote && authority.replace(/^.*@/, '') === '') return 'host';
  if (path === '' || path === '/') return 'path';
  return null;
}
