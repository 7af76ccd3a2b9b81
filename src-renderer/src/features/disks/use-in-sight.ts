import { useEffect } from 'react';
import type { RefObject } from 'react';
import { useHighlight } from '../../app/stores/highlight.ts';

/** The disk of the picture that is chosen or highlighted elsewhere comes in sight; the one under the pointer stays where it is. */
export function useInSight(picture: RefObject<HTMLElement | null>, chosen: string | null): void {
  useEffect(() => {
    const show = (target: string | null): void => {
      if (target === null) return;
      // Names come from hosts: compared, never made a selector of.
      const disks = [...(picture.current?.querySelectorAll('.pic-disk') ?? [])];
      const disk = disks.find((one) => one.getAttribute('data-target') === target);
      if (disk?.matches(':hover') === false) disk.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    };
    show(chosen);
    return useHighlight.subscribe(({ target }) => show(target));
  }, [picture, chosen]);
}
