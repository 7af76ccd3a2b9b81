import { memo } from 'react';
import type { Connector } from '../../../../src-core/disks/picture-lines.ts';
import { useIsHighlighted } from '../stores/highlight.ts';

interface ConnectorsProps {
  readonly connectors: readonly Connector[];
  /** null: this is no rescue. */
  readonly added: ReadonlySet<string> | null;
}

/** From each place in the boot order to its disk. The first in the order lies above the others. */
export const Connectors = memo(function Connectors({ connectors, added }: ConnectorsProps) {
  return (
    <g aria-hidden="true">
      {connectors.toReversed().map((connector) => (
        <Line key={connector.key} connector={connector} isAdded={added?.has(connector.target) === true} />
      ))}
    </g>
  );
});

function Line({ connector, isAdded }: { readonly connector: Connector; readonly isAdded: boolean }) {
  const lit = useIsHighlighted(connector.target);
  return (
    <>
      <path className="pic-halo" d={connector.path} />
      <path
        className={['pic-connector', isAdded ? 'pic-added' : '', lit ? 'pic-lit' : ''].join(' ').trim()}
        d={connector.path}
      />
    </>
  );
}
