#include "apps/lab/report/figure_file.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "apps/lab/toml/toml_file.h"
#include "apps/lab/toml/toml_table.h"
#include "framework/base/error.h"

namespace branchline::lab {
namespace {

const std::map<std::string, FigureKind>& figure_kinds() {
  static const std::map<std::string, FigureKind> kinds = {{"lines", FigureKind::lines},
                                                          {"bars", FigureKind::bars},
                                                          {"scatter", FigureKind::scatter},
                                                          {"timeline", FigureKind::timeline},
                                                          {"table", FigureKind::table}};
  return kinds;
}

FigureKind kind_in(const TomlTable& section) {
  const std::string kind = section.required_text("kind");
  const auto found = figure_kinds().find(kind);
  if (found == figure_kinds().end()) {
    section.refuse("kind", "'" + quotable(kind) + "' is no kind of figure",
                   "choose of lines, bars, scatter, timeline, table");
  }
  return found->second;
}

/// The id names files: it must not leave the folder.
std::string id_in(const TomlTable& section) {
  const std::string id = section.required_text("id");
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
  if (!std::all_of(id.begin(), id.end(), plain)) {
    section.refuse("id", "'" + quotable(id) + "' cannot name a file",
                   "write letters, digits, - and _");
  }
  return id;
}

/// Whether `axis` is among the letters of log = "xy".
bool is_log(const TomlTable& section, char axis) {
  std::string log;
  section.read("log", log);
  if (log.find_first_not_of("xy") != std::string::npos) {
    section.refuse("log", "'" + quotable(log) + "' are no axes",
                   "write log = \"x\", \"y\" or \"xy\"");
  }
  return log.find(axis) != std::string::npos;
}

FigureLane lane_in(const TomlTable& section, const std::string& label_key) {
  FigureLane lane;
  lane.y = section.texts("y");
  if (lane.y.empty()) section.refuse("y", "there is nothing to draw", "write y = \"column\"");
  lane.names = section.texts("names");
  lane.low = section.texts("low");
  lane.high = section.texts("high");
  lane.series = section.texts("series");
  lane.label = lane.y.front();
  section.read(label_key, lane.label);
  lane.log = is_log(section, 'y');
  for (const char* key : {"names", "low", "high"}) {
    const std::size_t given = section.texts(key).size();
    if (given != 0 && given != lane.y.size()) {
      section.refuse(key, "it has another length than 'y'", "write one for each y");
    }
  }
  if (lane.low.size() != lane.high.size()) {
    section.refuse("low", "an interval has two ends", "write low and high");
  }
  return lane;
}

std::vector<FigureLane> lanes_in(const TomlTable& figure) {
  std::vector<FigureLane> found;
  for (const toml::table* lane : tables_named(figure.table(), "lane", figure.file())) {
    const TomlTable section(*lane, "a lane", figure.file());
    section.allow({"y", "names", "series", "label", "log", "points"});
    found.push_back(lane_in(section, "label"));
    section.read("points", found.back().points);
  }
  if (found.empty()) {
    figure.refuse("lane", "a timeline needs lanes",
                  "write lane = [{ y = \"column\", label = \"rate / Mbit/s\" }]");
  }
  return found;
}

std::map<std::string, double> scale_in(const TomlTable& section) {
  std::map<std::string, double> scale;
  const std::optional<TomlTable> factors = section.inner("scale");
  if (!factors) return scale;
  for (const auto& [key, factor] : factors->table()) {
    const std::string column(key.str());
    const std::optional<double> number = factor.value<double>();
    if (!number) factors->refuse(column, "it is no number", "write scale = { column = 100 }");
    scale[column] = *number;
  }
  return scale;
}

CsvFilter filter_in(const TomlTable& figure) {
  CsvFilter filter;
  const std::optional<TomlTable> wanted = figure.inner("where");
  if (!wanted) return filter;
  for (const auto& entry : wanted->table()) {
    const std::string column(entry.first.str());
    filter[column] = wanted->texts(column);
  }
  return filter;
}

std::vector<std::string> keys_of(FigureKind kind) {
  std::vector<std::string> keys = {"id",    "title",    "kind",  "from",  "where",
                                   "scale", "for_each", "claim", "check", "note"};
  const auto add = [&](std::initializer_list<const char*> more) {
    keys.insert(keys.end(), more.begin(), more.end());
  };
  if (kind == FigureKind::table) add({"columns", "names"});
  if (kind == FigureKind::timeline) add({"x", "x_label", "lane"});
  if (kind == FigureKind::bars) add({"x", "x_label", "y", "y_label", "names", "series", "log"});
  if (kind == FigureKind::lines || kind == FigureKind::scatter) {
    add({"x", "x_label", "y", "y_label", "names", "series", "low", "high", "log", "diagonal"});
  }
  return keys;
}

void read_columns(const TomlTable& section, Figure& figure) {
  figure.columns = section.texts("columns");
  figure.names = section.texts("names");
  if (figure.columns.empty())
    section.refuse("columns", "a table needs them", "write columns = [\"column\"]");
  if (!figure.names.empty() && figure.names.size() != figure.columns.size())
    section.refuse("names", "it has another length than 'columns'", "write one for each");
}

Figure figure_in(const TomlTable& section) {
  Figure figure;
  figure.id = id_in(section);
  figure.title = section.required_text("title");
  figure.kind = kind_in(section);
  section.allow(keys_of(figure.kind));
  figure.from = section.required_text("from");
  if (figure.from.find('/') != std::string::npos)
    section.refuse("from", "it is no file of the run's folder", "write from = \"results.csv\"");
  figure.where = filter_in(section);
  figure.scale = scale_in(section);
  figure.for_each = section.texts("for_each");
  section.read("claim", figure.claim);
  figure.checks = section.texts("check");
  section.read("note", figure.note);
  if (figure.kind == FigureKind::table) {
    read_columns(section, figure);
    return figure;
  }
  figure.x = section.required_text("x");
  figure.x_label = figure.x;
  section.read("x_label", figure.x_label);
  figure.log_x = is_log(section, 'x');
  section.read("diagonal", figure.diagonal);
  figure.lanes = figure.kind == FigureKind::timeline
                     ? lanes_in(section)
                     : std::vector<FigureLane>{lane_in(section, "y_label")};
  return figure;
}

}  // namespace

std::vector<Figure> parse_figures(const std::string& toml, const std::string& name) {
  const toml::table file = parse_toml(toml, name);
  std::vector<Figure> figures;
  std::set<std::string> ids;
  for (const toml::table* table : tables_named(file, "figure", name)) {
    const TomlTable section(*table, "[[figure]]", name);
    figures.push_back(figure_in(section));
    if (!ids.insert(figures.back().id).second) {
      section.refuse("id", "two figures have the id '" + figures.back().id + "'", "name one anew");
    }
  }
  return figures;
}

}  // namespace branchline::lab
