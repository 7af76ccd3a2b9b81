import Button from '@mui/material/Button';
import { Component } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { errorData } from '../../../src-core/contract/errors.ts';
import { ErrorNotice } from './ErrorNotice.tsx';

interface ErrorBoundaryProps {
  readonly children: ReactNode;
  /** What broke one page says nothing of the next. */
  readonly page: string;
  /** Takes what broke, for the log. */
  readonly onError: (problem: unknown) => void;
}

interface ErrorBoundaryState {
  readonly broken: boolean;
}

/** A page that breaks says so in its own place; the rest of the window goes on. A class, since React asks for one here. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { broken: false };

  static getDerivedStateFromError(): ErrorBoundaryState {
    return { broken: true };
  }

  override componentDidCatch(problem: unknown): void {
    this.props.onError(problem);
  }

  override componentDidUpdate(before: ErrorBoundaryProps): void {
    if (this.state.broken && before.page !== this.props.page) this.setState({ broken: false });
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return <Broken onRetry={() => this.setState({ broken: false })} />;
  }
}

function Broken({ onRetry }: { readonly onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="broken-page">
      <ErrorNotice
        error={errorData('internal')}
        actions={
          <Button variant="outlined" onClick={onRetry}>
            {t('common.retry')}
          </Button>
        }
      />
    </div>
  );
}
