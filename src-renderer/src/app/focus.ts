import { SEARCH_ID } from '../features/machines/MachinesPane.tsx';

/** Id of the row of tabs on a machine's page. */
export const MACHINE_TABS_ID = 'machine-tabs';

/** Enter in the list goes on to the machine's page: its chosen tab. */
export function focusMachinePage(): void {
  document.querySelector<HTMLElement>(`#${MACHINE_TABS_ID} [role="tab"][aria-selected="true"]`)?.focus();
}

export function focusSearch(): void {
  const field = document.getElementById(SEARCH_ID);
  if (!(field instanceof HTMLInputElement)) return;
  field.focus();
  field.select();
}
