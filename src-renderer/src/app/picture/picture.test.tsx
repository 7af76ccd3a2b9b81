import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { fakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import { makeWorld } from '../../../harness/fake-world.test-support.ts';
import { WEB } from '../../../harness/guests.test-support.ts';
import { completeDom, installFake, resetStores } from '../../../harness/render.test-support.tsx';
import { drawn } from '../../../../src-core/disks/picture.test-support.ts';
import { startI18n } from '../../i18n/i18n.ts';
import { useHighlight } from '../stores/highlight.ts';
import { MachinePicture } from './MachinePicture.tsx';
import { svgText } from './export-picture.ts';

afterEach(cleanup);

/** A part of a window that chooses as the Disks tab does. */
function Chooser({ xml, added }: { readonly xml: string; readonly added: ReadonlySet<string> }) {
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <MachinePicture
      {...drawn(xml)}
      {...{ added, chosen }}
      firmware="SeaBIOS"
      title={'Storage of web-01'}
      onChoose={setChosen}
    />
  );
}

async function openPicture(added: readonly string[] = []) {
  completeDom();
  resetStores();
  useHighlight.setState({ target: null });
  const fake = fakeSalvor(makeWorld({ delay: 0, stepDelay: 0 }));
  installFake(fake);
  await startI18n();
  const user = userEvent.setup();
  const { container } = render(<Chooser xml={WEB} added={new Set(added)} />);
  const picture = container.querySelector<HTMLElement>('svg.pic-drawing');
  if (picture === null) throw new Error('nothing was drawn');
  return { user, fake, picture };
}

const disks = (picture: HTMLElement) => [...picture.querySelectorAll<HTMLElement>('.pic-disk')];
const targets = (picture: HTMLElement) => disks(picture).map((disk) => disk.dataset['target']);

describe('the picture', () => {
  it('has every disk as a button that says all that is drawn of it', async () => {
    const { picture } = await openPicture();
    expect(targets(picture)).toEqual(['vda', 'vdb', 'vdc', 'vdd', 'sda']);
    expect(disks(picture)[0]).toHaveAccessibleName(
      /^vda, root, disk on virtio, address 0000:04:00.0, \/var\/lib\/libvirt\/images\/web-01.qcow2, 20 GiB, 5 GiB allocated, qcow2, number 1 in the boot order$/,
    );
    expect(picture.querySelectorAll('.pic-connector')).toHaveLength(1);
  });

  it('is there in words as well: firmware, order, controllers, and what is free', async () => {
    await openPicture();
    const words = screen.getByRole('region', { name: 'The picture in words' });
    expect(within(words).getByText('Firmware: SeaBIOS')).toBeInTheDocument();
    const lines = within(words)
      .getAllByRole('listitem')
      .map((item) => item.textContent);
    expect(lines[0]).toMatch(/^1: vda, disk, /);
    expect(lines).toContain('port 5: free for disk, cdrom');
    expect(lines.filter((line) => line.startsWith('0000:0'))).toHaveLength(4);
  });

  it('is walked through by the arrow keys, which choose and highlight', async () => {
    const { picture, user } = await openPicture();
    const [first] = disks(picture);
    expect(first).toHaveAttribute('role', 'button');
    expect(disks(picture).map((disk) => disk.getAttribute('tabindex'))).toEqual(['0', '-1', '-1', '-1', '-1']);
    first?.focus();
    expect(useHighlight.getState().target).toBe('vda');
    await user.keyboard('{ArrowRight}{ArrowRight}');
    expect(document.activeElement).toHaveAttribute('data-target', 'vdc');
    expect(document.activeElement).toHaveAttribute('aria-pressed', 'true');
    expect(useHighlight.getState().target).toBe('vdc');
    expect(document.activeElement).toHaveClass('pic-lit');
    await user.keyboard('{End}');
    expect(document.activeElement).toHaveAttribute('data-target', 'sda');
    await user.keyboard('{Home}');
    expect(document.activeElement).toHaveAttribute('data-target', 'vda');
    expect(picture.querySelector('.pic-connector')).toHaveClass('pic-lit');
  });

  it('is highlighted from elsewhere too, its line with it, and no disk is drawn anew for another one', async () => {
    const { picture, user } = await openPicture();
    await user.hover(disks(picture)[1] ?? picture);
    expect(picture.querySelectorAll('.pic-disk.pic-lit')).toHaveLength(1);
    expect(picture.querySelector('.pic-connector')).not.toHaveClass('pic-lit');
    await user.unhover(disks(picture)[1] ?? picture);
    expect(picture.querySelectorAll('.pic-lit')).toHaveLength(0);
  });

  it('comes nearer and goes further by keys, by buttons and by the wheel', async () => {
    const { picture, user } = await openPicture();
    const width = () => Number(picture.getAttribute('width'));
    const [one] = disks(picture);
    one?.focus();
    const before = width();
    await user.keyboard('+');
    expect(width()).toBe(Math.round(before * 1.25));
    await user.keyboard('0');
    expect(width()).toBe(before);
    await user.click(screen.getByRole('button', { name: 'Nearer' }));
    expect(screen.getByRole('button', { name: 'As it is' })).toHaveTextContent('125 %');
    fireEvent.wheel(picture, { deltaY: 10, ctrlKey: true });
    expect(screen.getByRole('button', { name: 'As it is' })).toHaveTextContent('100 %');
    fireEvent.wheel(picture, { deltaY: 10 });
    expect(screen.getByRole('button', { name: 'As it is' })).toHaveTextContent('100 %');
    for (let step = 0; step < 20; step += 1) await user.keyboard('-');
    expect(screen.getByRole('button', { name: 'Further away' })).toBeDisabled();
  });

  it('marks what a rescue has brought with a plus, and everything else with a lock', async () => {
    const { picture } = await openPicture(['vdd']);
    const added = disks(picture).filter((disk) => disk.classList.contains('pic-added'));
    expect(added.map((disk) => disk.dataset['target'])).toEqual(['vdd']);
    expect(added[0]).toHaveAccessibleName(/added by the rescue$/);
    expect(disks(picture)[0]).toHaveAccessibleName(/in its own place$/);
    expect(within(picture).getByText('unchanged')).toBeInTheDocument();
    expect(within(picture).getByText('added by the rescue')).toBeInTheDocument();
  });

  it('has the colours of paper while it is printed', async () => {
    const { picture } = await openPicture();
    const root = picture.closest<HTMLElement>('.machine-picture');
    fireEvent(window, new Event('beforeprint'));
    expect(root?.style.getPropertyValue('--surface')).toBe('#ffffff');
    fireEvent(window, new Event('afterprint'));
    expect(root?.getAttribute('style')).toBeNull();
  });
});

describe('a saved picture', () => {
  it('is SVG that stands by itself, whatever the names in it', async () => {
    const { picture } = await openPicture();
    const svg = picture as unknown as SVGSVGElement;
    const hostile = 'a<b>&"\u0001\ud800 \u202etxt.exe ]]>';
    const [text] = picture.querySelectorAll('text');
    if (text !== undefined) text.textContent = hostile;
    disks(picture)[0]?.focus();
    const { text: saved, width, height } = svgText(svg, 'dark', `Storage of ${hostile}`, hostile);
    const parsed = new DOMParser().parseFromString(saved, 'image/svg+xml');
    expect(parsed.querySelector('parsererror')?.textContent).toBeUndefined();
    const root = parsed.documentElement;
    expect(root.namespaceURI).toBe('http://www.w3.org/2000/svg');
    expect(root.querySelector('title')?.textContent).toContain('Storage of a<b>&"\ufffd\ufffd ');
    expect(root.querySelector('style')?.textContent).toContain('#1b1e22');
    expect(saved).not.toMatch(/var\(|url\(|href|http:\/\/(?!www\.w3\.org\/2000\/svg)|tabindex|data-|aria-/);
    expect(root.querySelector('.pic-lit, .pic-chosen, .pic-focus, image, script, foreignObject')).toBeNull();
    // eslint-disable-next-line no-control-regex -- what XML cannot hold
    expect(saved).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
    const [, , drawnWidth, drawnHeight] = (svg.getAttribute('viewBox') ?? '').split(' ').map(Number);
    expect([width, height]).toEqual([drawnWidth, (drawnHeight ?? 0) + 30]);
    expect(root.getAttribute('viewBox')).toBe(`0 -30 ${width} ${height}`);
    expect(root.querySelector('text')?.textContent).toMatch(/^Storage of/);
  });

  it('goes to the file that is asked for, and says where', async () => {
    const { user, fake } = await openPicture();
    await user.click(screen.getByRole('button', { name: 'Save as SVG' }));
    expect(await screen.findByText(/^Saved as \/home\/anna\/Documents\/.*\.svg$/)).toBeInTheDocument();
    const call = fake.calls.findLast(({ channel }) => channel === 'picture.save');
    expect(call?.input).toMatchObject({ format: 'svg', data: expect.stringMatching(/^<\?xml/) as string });
  });
});
