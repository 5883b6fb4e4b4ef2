/** Limits an exception of the page to the view in which it happened: the view shows it, and the rest works. */

import { Component, type ReactNode } from "react";

interface State {
  fault: Error | null;
}

interface Props {
  /** What failed, and what still works. */
  sentence: (fault: string) => string;
  children: ReactNode;
}

export class Boundary extends Component<Props, State> {
  override state: State = { fault: null };

  static getDerivedStateFromError(fault: unknown): State {
    return { fault: fault instanceof Error ? fault : new Error(String(fault)) };
  }

  override render(): ReactNode {
    const { fault } = this.state;
    if (!fault) return this.props.children;
    return (
      <p className="error-message" role="alert">
        {this.props.sentence(fault.message)}
      </p>
    );
  }
}
