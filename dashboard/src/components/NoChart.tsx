/** What stands in a chart's place where there is nothing to draw: the reason. */

export function NoChart({ title, reason }: { title: string; reason: string }) {
  return (
    <section className="chart" aria-label={title}>
      <h3>{title}</h3>
      <p className="nothing soft">{reason}</p>
    </section>
  );
}
