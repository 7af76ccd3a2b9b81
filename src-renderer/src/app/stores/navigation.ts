import { create } from 'zustand';
import type { MachineKey, Operation } from '../../../../src-core/contract/schemas.ts';

export const MACHINE_TABS = ['disks', 'rescue', 'reboot', 'migrate', 'definition', 'history'] as const;
export type MachineTab = (typeof MACHINE_TABS)[number];

/** Where a run of each kind is shown; null: above the pages, on whichever one is open. */
const OPERATION_TABS: Readonly<Record<Operation['kind'], MachineTab | null>> = {
  rescue: 'rescue',
  end: 'rescue',
  resume: 'rescue',
  nvram: 'rescue',
  'hard-reboot': 'reboot',
  migrate: 'migrate',
  power: null,
};

export function tabOfOperation(kind: Operation['kind']): MachineTab | null {
  return OPERATION_TABS[kind];
}

/** What the middle of the window shows. */
export type Place =
  | { readonly kind: 'start' }
  | { readonly kind: 'host'; readonly hostId: string }
  | { readonly kind: 'add-host' }
  /** What was done from this computer; `text` is what the search begins with. */
  | { readonly kind: 'history'; readonly text: string }
  | { readonly kind: 'unfinished' }
  /** The pools of a host; `pool` null: the first one. */
  | { readonly kind: 'storage'; readonly hostId: string; readonly pool: string | null }
  | { readonly kind: 'transfers' }
  /** The media library; `medium` null: the first one. */
  | { readonly kind: 'library'; readonly medium: string | null }
  | { readonly kind: 'machine'; readonly machine: MachineKey };

interface NavigationState {
  readonly place: Place;
  /** Stays when another machine is chosen, so that one can look at the same page of many. */
  readonly tab: MachineTab;
}

export const useNavigation = create<NavigationState>()(() => ({ place: { kind: 'start' }, tab: 'disks' }));

export function goTo(place: Place): void {
  useNavigation.setState({ place });
}

export function showTab(tab: MachineTab): void {
  useNavigation.setState({ tab });
}

export function openMachine(machine: MachineKey, tab?: MachineTab): void {
  const place: Place = { kind: 'machine', machine: { hostId: machine.hostId, uuid: machine.uuid } };
  useNavigation.setState(tab === undefined ? { place } : { place, tab });
}
