import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';
import { nextZoom } from '../../../../src-core/disks/picture-view.ts';

export interface View {
  readonly view: RefObject<HTMLDivElement | null>;
  /** Of what is in sight, in pixels; 0: not known yet. */
  readonly room: { readonly width: number; readonly height: number };
  readonly zoom: number;
  /** `at`: what stays where it is, from the upper left of what is in sight; its middle where it is left out. */
  readonly zoomTo: (zoom: number, at?: { readonly x: number; readonly y: number }) => void;
}

/** A window on something larger: how large it is, how near, and moved by the wheel, by dragging, by scrolling. */
export function useZoom(): View {
  const view = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState({ width: 0, height: 0 });
  const [zoom, setZoom] = useState(1);
  const [anchor, setAnchor] = useState<{ x: number; y: number; ratio: number } | null>(null);

  useLayoutEffect(() => {
    const element = view.current;
    if (element === null) return undefined;
    const measure = () => {
      const [width, height] = [element.clientWidth || element.offsetWidth, element.clientHeight];
      setRoom((old) => (old.width === width && old.height === height ? old : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const zoomTo = useCallback<View['zoomTo']>(
    (next, at) => {
      const element = view.current;
      if (element === null || next === zoom) return;
      const { x, y } = at ?? { x: element.clientWidth / 2, y: element.clientHeight / 2 };
      setAnchor({ x, y, ratio: next / zoom });
      setZoom(next);
    },
    [zoom],
  );

  // Once what is drawn has its new size.
  useLayoutEffect(() => {
    const element = view.current;
    if (element === null || anchor === null) return;
    const { x, y, ratio } = anchor;
    element.scrollLeft = (element.scrollLeft + x) * ratio - x;
    element.scrollTop = (element.scrollTop + y) * ratio - y;
  }, [anchor]);

  useEffect(() => {
    const element = view.current;
    if (element === null) return undefined;
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey || event.deltaY === 0) return;
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      zoomTo(nextZoom(zoom, event.deltaY < 0 ? 1 : -1), { x: event.clientX - left, y: event.clientY - top });
    };
    // React listens passively, and the page would be scrolled as well.
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [zoom, zoomTo]);

  useDragging(view);
  return { view, room, zoom, zoomTo };
}

/** The picture goes with the pointer; a press on a disk is that disk's. */
function useDragging(view: RefObject<HTMLDivElement | null>): void {
  useEffect(() => {
    const element = view.current;
    if (element === null) return undefined;
    let from: { x: number; y: number } | null = null;
    const onDown = (event: PointerEvent) => {
      const onDisk = event.target instanceof Element && event.target.closest('.pic-disk') !== null;
      if (event.button !== 0 || onDisk) return;
      from = { x: event.clientX + element.scrollLeft, y: event.clientY + element.scrollTop };
      element.classList.add('picture-dragged');
    };
    const onMove = (event: PointerEvent) => {
      if (from === null) return;
      element.scrollLeft = from.x - event.clientX;
      element.scrollTop = from.y - event.clientY;
    };
    const onUp = () => {
      from = null;
      element.classList.remove('picture-dragged');
    };
    element.addEventListener('pointerdown', onDown);
    window.addEventListener('pointermove', onMove);
    window.addEventListener('pointerup', onUp);
    window.addEventListener('pointercancel', onUp);
    return () => {
      element.removeEventListener('pointerdown', onDown);
      window.removeEventListener('pointermove', onMove);
      window.removeEventListener('pointerup', onUp);
      window.removeEventListener('pointercancel', onUp);
    };
  }, [view]);
}
