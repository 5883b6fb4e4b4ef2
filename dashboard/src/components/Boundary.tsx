/** Keeps a fault of the page within the view that it happened in: it says so, and the rest goes on. */

import { Component, type ReactNode } from "react";

interface State {
  fault: Error | null;
}

interface Props {
  /** What has failed, and what has not. */
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
      <p className="refusal" role="alert">
        {this.props.sentence(fault.message)}
      </p>
    );
  }
}
