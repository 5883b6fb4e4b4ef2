/** The page's icons, in the colour of the text. The label is the name of an icon button. */

const PATHS = {
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  reset: "M3.5 8a4.5 4.5 0 1 0 1.4-3.2L3 6.5M3 3v3.5h3.5",
  picture: "M8 2.5v7M5 7l3 3 3-3M3 12.5h10",
  close: "M4 4l8 8M12 4l-8 8",
  sun: "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1.5v1.6M8 12.9v1.6M1.5 8h1.6M12.9 8h1.6M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M12.6 3.4l-1.1 1.1M4.5 11.5l-1.1 1.1",
  moon: "M13 9.6A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.6Z",
  file: "M4 1.8h5l3 3v9.4H4zM9 1.8v3h3",
  print: "M4.5 6V2h7v4M4.5 11.5H2.8V6h10.4v5.5h-1.7M4.5 9.5h7V14h-7z",
  retry: "M12.5 8a4.5 4.5 0 1 1-1.4-3.2L13 6.5M13 3v3.5H9.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, label }: { name: IconName; label?: string }) {
  return (
    <>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
        <path
          d={PATHS[name]}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      {label && <span className="visually-hidden">{label}</span>}
    </>
  );
}
