import { percentOf, useMigrations } from '../../app/stores/migrations.ts';

/** How far a migration is, on the line at the bottom; nothing of what is none, or cannot be told yet. */
export function StatusFigure({ operationId }: { readonly operationId: string }) {
  const percent = useMigrations((state) => {
    const underWay = state.byOperation[operationId];
    return underWay === undefined ? null : percentOf(underWay.progress);
  });
  return percent === null ? null : <span>{` ${percent} %`}</span>;
}
