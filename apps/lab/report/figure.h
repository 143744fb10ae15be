#pragma once

#include <map>
#include <string>
#include <vector>

#include "apps/lab/report/csv_table.h"

namespace branchline::lab {

enum class FigureKind {
  lines,     ///< a line per series over x, with its interval at each point
  bars,      ///< a bar per text of x, its parts (y) on top of each other, a group per series
  scatter,   ///< points
  timeline,  ///< lanes below each other over one time axis
  table,     ///< no picture
};

/// What is drawn against one y axis: every y column, once per series.
struct FigureLane {
  std::vector<std::string> y;
  std::vector<std::string> names;   ///< of the y columns for people; empty: the columns' own
  std::vector<std::string> low;     ///< lower ends of the intervals, one column a y; may be empty
  std::vector<std::string> high;    ///< upper ends
  std::vector<std::string> series;  ///< columns whose texts tell the series apart
  std::string label;                ///< of the axis, with its unit
  bool log = false;
  bool points = false;  ///< of a timeline: points instead of steps
};

/// One [[figure]] of an experiment's file: what is drawn from which CSV (docs/experiments.md).
struct Figure {
  std::string id;  ///< also the name of its files
  std::string title;
  FigureKind kind = FigureKind::lines;
  std::string from;  ///< CSV in the run's folder
  std::string x;
  std::string x_label;
  bool log_x = false;
  bool diagonal = false;             ///< the line y = x
  std::vector<FigureLane> lanes;     ///< one, but for a timeline; none for a table
  std::vector<std::string> columns;  ///< of a table
  std::vector<std::string> names;    ///< of a table's columns for people
  CsvFilter where;
  std::map<std::string, double> scale;  ///< column -> factor to the unit that is shown
  std::vector<std::string> for_each;    ///< columns: a figure for each combination of their texts
  std::string claim;                    ///< what the paper says
  std::vector<std::string> checks;      ///< ids or texts of the checks that decide it
  std::string note;                     ///< what to know when looking at it
};

}  // namespace branchline::lab
