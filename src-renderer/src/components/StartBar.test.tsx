import '@testing-library/jest-dom/vitest';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { sentence } from '../../../src-core/rescue/findings.ts';
import { startI18n } from '../i18n/i18n.ts';
import { StartBar } from './StartBar.tsx';

beforeEach(async () => {
  cleanup();
  await startI18n();
});

const WHAT = 'It goes.';
const ELSEWHERE = 'Elsewhere';
const onStart = vi.fn(() => Promise.resolve());

function bar(inputs: string | null, settled = true) {
  const steps = [{ id: 'check', what: sentence('reboot-step-check'), inverse: null } as const];
  return (
    <StartBar
      button="Go…"
      confirm={{ title: 'Go?', button: 'Go' }}
      plan={inputs === null ? null : { fingerprint: { inputs }, steps }}
      settled={settled}
      error={null}
      onStart={onStart}
    >
      {WHAT}
    </StartBar>
  );
}

test('a confirmation is of one plan: another one is asked about again', async () => {
  const user = userEvent.setup();
  const { rerender } = render(bar('one'));
  await user.click(screen.getByRole('button', { name: 'Go…' }));
  expect(screen.getByRole('group', { name: 'Go?' })).toHaveAccessibleDescription(/^Look again/);
  rerender(bar('two'));
  expect(screen.queryByRole('group', { name: 'Go?' })).toBeNull();
  await waitFor(() => expect(screen.getByRole('button', { name: 'Go…' })).toHaveFocus());
  expect(onStart).not.toHaveBeenCalled();
});

test('while the plan is made anew neither button can be pressed, and the keyboard stays where it was', async () => {
  const user = userEvent.setup();
  const { rerender } = render(bar('one'));
  // The browser takes the focus from a button that is disabled; jsdom leaves it there.
  const disable = (name: string): void => {
    const button = screen.getByRole('button', { name });
    rerender(bar('one', false));
    expect(button).toBeDisabled();
    button.blur();
    expect(document.body).toHaveFocus();
    rerender(bar('one'));
    expect(button).toHaveFocus();
  };
  await user.tab();
  disable('Go…');
  await user.keyboard('{Enter}');
  disable('Go');
  await user.keyboard('{Enter}');
  expect(onStart).toHaveBeenCalledOnce();
});

test('where somebody has gone elsewhere meanwhile the focus is left alone', async () => {
  const user = userEvent.setup();
  const both = (settled: boolean) => (
    <>
      <button type="button">{ELSEWHERE}</button>
      {bar('one', settled)}
    </>
  );
  const { rerender } = render(both(true));
  screen.getByRole('button', { name: 'Go…' }).focus();
  rerender(both(false));
  await user.click(screen.getByRole('button', { name: ELSEWHERE }));
  rerender(both(true));
  expect(screen.getByRole('button', { name: ELSEWHERE })).toHaveFocus();
});
