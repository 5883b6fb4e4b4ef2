/** Shown instead of a chart without data: the reason. */

export function NoChart({ title, reason }: { title: string; reason: string }) {
  return (
    <section className="chart" aria-label={title}>
      <h3>{title}</h3>
      <p className="nothing soft">{reason}</p>
    </section>
  );
}
