import { create } from 'zustand';

export const DISK_VIEWS = ['both', 'picture', 'table', 'names'] as const;
export type DiskView = (typeof DISK_VIEWS)[number];

interface DisksViewState {
  /** Stays when another machine is chosen, so that one can look at the same of many. */
  readonly view: DiskView;
}

export const useDisksView = create<DisksViewState>(() => ({ view: 'both' }));

export function showDiskView(view: DiskView): void {
  useDisksView.setState({ view });
}
