#include "apps/lab/report/figure_data.h"

#include <algorithm>
#include <cctype>

namespace branchline::lab {
namespace {

double factor_of(const Figure& figure, const std::string& column) {
  const auto found = figure.scale.find(column);
  return found == figure.scale.end() ? 1 : found->second;
}

/// "edgent", "edgent exit 2": a number says nothing without its column.
std::string joined(const CsvTable& rows, std::size_t row, const std::vector<std::string>& columns) {
  std::string text;
  for (const std::string& column : columns) {
    const std::string& cell = rows.text(row, column);
    text += (text.empty() ? "" : " ") + (number_of(cell) ? column + " " + cell : cell);
  }
  return text;
}

std::string with_run(const std::string& name, const std::string& run) {
  if (run.empty()) return name;
  return name.empty() ? run : name + " (" + run + ")";
}

std::string y_name(const FigureLane& lane, std::size_t y) {
  return lane.names.empty() ? lane.y[y] : lane.names[y];
}

/// "edgent", "edgent, measured" or "measured": only what tells series apart.
std::string series_name(const FigureLane& lane, std::size_t y, const std::string& series) {
  if (lane.series.empty()) return y_name(lane, y);
  return lane.y.size() == 1 ? series : series + ", " + y_name(lane, y);
}

/// The entry of this name, made when it is not there.
template <class Named>
Named& named(std::vector<Named>& list, const std::string& name) {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const Named& n) { return n.name == name; });
  if (found != list.end()) return *found;
  list.push_back({name, {}});
  return list.back();
}

void add_points(const Figure& figure, const FigureLane& lane, const RunTable& run,
                std::vector<FigureSeries>& all) {
  const double x_factor = factor_of(figure, figure.x);
  for (std::size_t row = 0; row < run.rows.rows(); ++row) {
    const std::optional<double> x = run.rows.number(row, figure.x);
    for (std::size_t i = 0; x && i < lane.y.size(); ++i) {
      const std::optional<double> y = run.rows.number(row, lane.y[i]);
      if (!y) continue;
      const double factor = factor_of(figure, lane.y[i]);
      FigurePoint point{*x * x_factor, *y * factor, *y * factor, *y * factor};
      if (!lane.low.empty() && !lane.low[i].empty()) {
        point.low = run.rows.number(row, lane.low[i]).value_or(*y) * factor;
        point.high = run.rows.number(row, lane.high[i]).value_or(*y) * factor;
      }
      const std::string series = joined(run.rows, row, lane.series);
      named(all, with_run(series_name(lane, i, series), run.run)).points.push_back(point);
    }
  }
}

void add_bars(const Figure& figure, const RunTable& run, std::vector<BarGroup>& groups) {
  const FigureLane& lane = figure.lanes.front();
  for (std::size_t row = 0; row < run.rows.rows(); ++row) {
    FigureBar bar{run.rows.text(row, figure.x), {}};
    bool any = false;
    for (const std::string& y : lane.y) {
      const std::optional<double> part = run.rows.number(row, y);
      any = any || part;
      bar.parts.push_back(part.value_or(0) * factor_of(figure, y));
    }
    const std::string series = with_run(joined(run.rows, row, lane.series), run.run);
    if (any) named(groups, series).bars.push_back(std::move(bar));
  }
}

/// A text as part of a file's name.
std::string file_word(std::string text) {
  for (char& c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_') c = '-';
  }
  return text;
}

}  // namespace

bool FigureData::empty() const {
  const auto bare = [](const std::vector<FigureSeries>& lane) { return lane.empty(); };
  return groups.empty() && std::all_of(lanes.begin(), lanes.end(), bare);
}

std::vector<Figure> expand(const Figure& figure, const CsvTable& rows) {
  std::vector<Figure> figures = {figure};
  for (const std::string& column : figure.for_each) {
    std::vector<Figure> more;
    for (const Figure& known : figures) {
      for (const std::string& text : rows.where(known.where).distinct(column)) {
        more.push_back(known);
        more.back().where[column] = {text};
        more.back().id += "-" + file_word(text);
        more.back().title += (column == figure.for_each.front() ? ": " : ", ") + text;
      }
    }
    figures = std::move(more);
  }
  return figures;
}

FigureData figure_data(const Figure& figure, const std::vector<RunTable>& runs) {
  FigureData data;
  if (figure.kind != FigureKind::bars) data.lanes.resize(figure.lanes.size());
  for (const RunTable& run : runs) {
    const RunTable kept{run.run, run.rows.where(figure.where)};
    if (figure.kind == FigureKind::bars) add_bars(figure, kept, data.groups);
    for (std::size_t i = 0; i < data.lanes.size(); ++i)
      add_points(figure, figure.lanes[i], kept, data.lanes[i]);
  }
  for (std::vector<FigureSeries>& lane : data.lanes) {
    for (FigureSeries& series : lane) {
      std::stable_sort(series.points.begin(), series.points.end(),
                       [](const FigurePoint& a, const FigurePoint& b) { return a.x < b.x; });
    }
  }
  return data;
}

}  // namespace branchline::lab
