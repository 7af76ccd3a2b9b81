import { errorData } from '../../../../src-core/contract/errors.ts';
import { visible } from '../../i18n/visible.ts';
import { ask } from '../salvor.ts';
import { pngOf, svgText } from './export-picture.ts';
import type { PictureFormat, Saved } from './PictureTools.tsx';

/** The picture as it is in sight, in the colours it has there, into a file that the person is asked for. */
export async function savePicture(
  svg: SVGSVGElement | null,
  format: PictureFormat,
  title: string,
  words: string,
): Promise<Saved> {
  if (svg === null) return { ok: true, path: null };
  try {
    const mode = document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light';
    const file = svgText(svg, mode, visible(title), words);
    const data = format === 'svg' ? file.text : await pngOf(file);
    const answer = await ask('picture.save', { name: title, format, data });
    return answer.ok ? { ok: true, path: answer.value } : answer;
  } catch (problem) {
    const detail = problem instanceof Error ? problem.message : String(problem);
    return { ok: false, error: errorData('internal', {}, detail) };
  }
}
