import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { completeDom } from '../../harness/render.test-support.tsx';
import { Listbox } from './Listbox.tsx';

const LABEL = 'Names';
const NAMES = Array.from({ length: 1000 }, (_, at) => `row ${at}`);

let sight: readonly string[] = [];
let opened = 0;

function see(names: readonly string[]): void {
  sight = names;
}

function List({ names = NAMES, begin = null }: { names?: readonly string[]; begin?: string | null }) {
  const [chosen, setChosen] = useState(begin);
  return (
    <Listbox
      className="names"
      label={LABEL}
      items={names}
      keyOf={(name) => name}
      chosen={chosen}
      onChoose={setChosen}
      onOpen={() => (opened += 1)}
      onSight={see}
      optionHeight={20}
      option={(name, option) => <div {...option}>{name}</div>}
    />
  );
}

beforeEach(() => {
  // A viewport of 600 px: 30 of these options.
  completeDom();
  sight = [];
  opened = 0;
});
afterEach(cleanup);

const list = () => screen.getByRole('listbox', { name: LABEL });
const chosen = () => screen.getByRole('option', { selected: true });

test('only options in sight are in the DOM, each with its place among all of them', () => {
  render(<List />);
  const options = screen.getAllByRole('option');
  expect(options.length).toBeGreaterThan(30);
  expect(options.length).toBeLessThan(60);
  expect(options[3]).toHaveAttribute('aria-posinset', '4');
  expect(options[3]).toHaveAttribute('aria-setsize', '1000');
  expect(options[3]).toHaveStyle({ height: '20px', transform: 'translateY(60px)' });
  expect(sight).toEqual(options.map((option) => option.textContent));
});

test('the list keeps the focus and names the chosen option; a page is what is in sight but for one', async () => {
  const user = userEvent.setup();
  render(<List />);
  expect(list()).not.toHaveAttribute('aria-activedescendant');
  await user.tab();
  await user.keyboard('{ArrowDown}{ArrowDown}');
  expect(list()).toHaveFocus();
  expect(chosen()).toHaveTextContent('row 1');
  expect(list()).toHaveAttribute('aria-activedescendant', chosen().id);
  await user.keyboard('{PageDown}');
  expect(chosen()).toHaveTextContent('row 30');
  await user.keyboard('{Home}');
  expect(chosen()).toHaveTextContent('row 0');
  await user.click(screen.getByText('row 7'));
  expect(chosen()).toHaveTextContent('row 7');
});

test('Enter opens what is chosen, and nothing where nothing is', async () => {
  const user = userEvent.setup();
  render(<List />);
  await user.tab();
  await user.keyboard('{Enter}');
  expect(opened).toBe(0);
  await user.keyboard('{ArrowDown}{Enter}');
  expect(opened).toBe(1);
});

test('another list: what is in sight is told anew, and what is not in it is not the chosen one', () => {
  const { rerender } = render(<List begin="row 3" />);
  expect(chosen()).toHaveTextContent('row 3');
  rerender(<List names={['a', 'b']} begin="row 3" />);
  expect(sight).toEqual(['a', 'b']);
  expect(screen.queryByRole('option', { selected: true })).toBeNull();
  expect(list()).not.toHaveAttribute('aria-activedescendant');
});
