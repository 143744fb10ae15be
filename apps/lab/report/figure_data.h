#pragma once

#include <string>
#include <vector>

#include "apps/lab/report/csv_table.h"
#include "apps/lab/report/figure.h"

namespace branchline::lab {

struct FigurePoint {
  double x = 0, y = 0;
  double low = 0, high = 0;  ///< the interval; both y where there is none

  friend bool operator==(const FigurePoint&, const FigurePoint&) = default;
};

struct FigureSeries {
  std::string name;
  std::vector<FigurePoint> points;
};

struct FigureBar {
  std::string category;
  std::vector<double> parts;  ///< one a y column; 0 for an empty cell
};

struct BarGroup {
  std::string name;
  std::vector<FigureBar> bars;
};

/// What a picture shows, in the units shown. A value.
struct FigureData {
  std::vector<std::vector<FigureSeries>> lanes;  ///< a list per lane; none for bars
  std::vector<BarGroup> groups;                  ///< of bars

  bool empty() const;
};

/// A run's rows for one figure.
struct RunTable {
  std::string run;  ///< told apart by it when there are several; else empty
  CsvTable rows;
};

/// The figure for each combination of texts in its `for_each` columns among the rows that fit, with
/// that combination in `where`, in the id and in the title; the figure itself without `for_each`.
/// @throws InputError for a missing column.
std::vector<Figure> expand(const Figure& figure, const CsvTable& rows);

/// Rows that fit the figure. A row whose x or y is empty gives no point. Points are sorted by x;
/// series stand in the order of the rows.
/// @throws InputError for a missing column, or text where a number is to be drawn.
FigureData figure_data(const Figure& figure, const std::vector<RunTable>& runs);

}  // namespace branchline::lab
