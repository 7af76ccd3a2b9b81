import Button from '@mui/material/Button';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Operation } from '../../../../src-core/contract/schemas.ts';
import { openMachine } from '../../app/stores/navigation.ts';
import { acknowledge } from '../../app/stores/operations.ts';
import { Sign } from '../../components/Sign.tsx';
import { stateSign } from '../../components/machine-state.ts';
import { useElsewhere } from './select-migration.ts';

/** It has arrived: where it is now, how it stands there, and the way to it. */
export function Moved({ operation }: { readonly operation: Operation }) {
  const { t } = useTranslation();
  const row = useElsewhere(operation.machine, operation.id);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), [operation.id]);
  const machine = operation.machineName;
  const go = (): void => {
    if (row === null) return;
    acknowledge(operation.id);
    openMachine(row, 'disks');
  };
  return (
    <section className="operation pane-scroll" aria-labelledby="operation-title">
      <h2 id="operation-title" ref={title} tabIndex={-1}>
        {row === null
          ? t('rescue.run.title.migrate.done', { machine })
          : t('migrate.moved.title', { machine, host: row.hostName })}
      </h2>
      {row === null ? (
        <p>{t('migrate.moved.outOfSight')}</p>
      ) : (
        <p className="row">
          <Sign name={stateSign(row).sign} tone={stateSign(row).tone} />
          <span>
            {row.session === null ? t(`state.${row.state}`) : t('state.rescue')}
            {'. '}
            {t(row.session === null ? 'migrate.moved.verified' : 'migrate.moved.inRescue')}
          </span>
        </p>
      )}
      <div className="row">
        {row !== null && (
          <Button variant="contained" onClick={go}>
            {t('migrate.moved.show', { machine, host: row.hostName })}
          </Button>
        )}
        <Button variant="outlined" onClick={() => acknowledge(operation.id)}>
          {t('common.putAway')}
        </Button>
      </div>
    </section>
  );
}
