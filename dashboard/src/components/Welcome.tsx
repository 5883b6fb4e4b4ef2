/** What a first-time visitor reads beside the place where files go. */

export function Welcome() {
  return (
    <div className="welcome">
      <h2>Drop a cycler's file, see the cell.</h2>
      <ul>
        <li>
          <b>Capacity and efficiency</b> per cycle, with counters that restart made whole, and said so.
        </li>
        <li>
          <b>End of life</b> with its interval and where it comes from, or the reason why nobody can tell yet.
        </li>
        <li>
          <b>Voltage curves, dV/dQ, temperature, resistance</b> of any cycle; several cells compared.
        </li>
        <li>
          <b>Findings</b> wherever the data are odd, in words.
        </li>
      </ul>
    </div>
  );
}
