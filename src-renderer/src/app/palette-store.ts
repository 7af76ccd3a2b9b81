import { create } from 'zustand';

interface PaletteState {
  readonly open: boolean;
}

export const usePalette = create<PaletteState>()(() => ({ open: false }));

export function setPaletteOpen(open: boolean): void {
  usePalette.setState({ open });
}
