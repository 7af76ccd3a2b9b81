import { useEffect } from 'react';
import { focusSearch } from './focus.ts';
import { setPaletteOpen, usePalette } from './palette-store.ts';
import { MACHINE_TABS, showTab } from './stores/navigation.ts';

/** Where letters are text and no shortcut. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function isTextField(target: EventTarget | null): boolean {
  return isTyping(target) && !(target instanceof HTMLInputElement && /^(radio|checkbox|button)$/.test(target.type));
}

/** `/` search, Ctrl/Cmd+K palette, Ctrl/Cmd+1…9 the tabs of a machine. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const command = event.ctrlKey || event.metaKey;
      if (command && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setPaletteOpen(!usePalette.getState().open);
        return;
      }
      const tab = command ? MACHINE_TABS[Number(event.key) - 1] : undefined;
      if (tab !== undefined) {
        event.preventDefault();
        showTab(tab);
        return;
      }
      if (event.key === '/' && !command && !event.altKey && !isTextField(event.target)) {
        event.preventDefault();
        focusSearch();
      }
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}
