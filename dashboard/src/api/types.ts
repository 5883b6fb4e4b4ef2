/** The API's types under short names; they are generated from its OpenAPI document, so they always match. */

import type { components } from "../../generated/api";

type Schemas = components["schemas"];

/** A report with all its sections, which the page always asks for. */
export type Report = Required<Schemas["Report"]>;
export type SeveralReports = Omit<Schemas["SeveralReports"], "cells"> & { cells: Report[] };
export type Failure = Schemas["Failure"];
export type Comparison = Schemas["Comparison"];
export type Projection = Schemas["CycleLifeProjection"];
export type Interval = NonNullable<Projection["interval"]>;
export type VoltageCurve = Report["voltage_profile"]["voltage_curves"][number];
export type Branch = NonNullable<Schemas["Branch"]>;
export type Finding = Schemas["DataQuality"][number];
export type CycleTable = Schemas["CycleTable"];
export type Statistics = Schemas["Statistics"];
export type DegradationModes = Schemas["DegradationModes"];
export type Efficiency = Schemas["Efficiency"];
export type IncrementalCapacity = Schemas["IncrementalCapacity"];
export type RateCapability = Schemas["RateCapability"];
export type Resistance = Schemas["Resistance"];
export type Information = Schemas["Information"];
export type Upload = Schemas["Upload"];
export type StartedJob = Schemas["StartedJob"];
export type Job = Schemas["Job"];
export type ApiError = Schemas["Error"];

/** The options of an analysis. */
export interface AnalysisOptions {
  plots: "all" | "none";
  /** End of life as a share of the reference capacity, between 0 and 1. */
  eolThreshold: number;
  capacityReference: "initial" | "nominal";
  /** The cycles whose voltage curves to return; first, middle and last by default. */
  cycles?: readonly number[];
}
