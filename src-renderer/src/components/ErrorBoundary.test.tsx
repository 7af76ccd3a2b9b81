import '@testing-library/jest-dom/vitest';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { startI18n } from '../i18n/i18n.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';

test('a page that breaks says so without a stack, is logged, and can be tried again', async () => {
  await startI18n();
  // React tells the console of what a boundary caught.
  const quiet = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  let broken = true;
  function Page() {
    if (broken) throw new Error('cannot read x of undefined');
    return <p>{'whole'}</p>;
  }
  const logged: unknown[] = [];
  render(
    <ErrorBoundary page="one" onError={(problem) => logged.push(problem)}>
      <Page />
    </ErrorBoundary>,
  );
  expect(screen.getByRole('alert')).toHaveTextContent('Something in Salvor went wrong.');
  expect(document.body).not.toHaveTextContent('cannot read x');
  expect(logged).toHaveLength(1);
  broken = false;
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(screen.getByText('whole')).toBeInTheDocument();
  quiet.mockRestore();
});
