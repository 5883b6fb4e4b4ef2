/** The text for a first visit, beside the drop zone. */

export function Welcome() {
  return (
    <div className="welcome">
      <h2>Drop the file of a cycler, see the cell.</h2>
      <ul>
        <li>
          <b>Capacity and efficiency</b> per cycle; counters that restart are made continuous, and a finding says so.
        </li>
        <li>
          <b>End of life</b> with its interval and its basis, or the reason why there is no projection.
        </li>
        <li>
          <b>Voltage curves, dV/dQ, temperature, resistance</b> of any cycle; several cells compared.
        </li>
        <li>
          <b>Findings</b> about everything that is odd in the data.
        </li>
      </ul>
    </div>
  );
}
