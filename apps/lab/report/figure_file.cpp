#include "apps/lab/report/figure_file.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "apps/lab/report/toml_section.h"
#include "framework/base/error.h"

namespace branchline::lab {
namespace {

constexpr const char* kFigureSection = "[[figure]]";

const std::map<std::string, FigureKind>& figure_kinds() {
  static const std::map<std::string, FigureKind> kinds = {{"lines", FigureKind::lines},
                                                          {"bars", FigureKind::bars},
                                                          {"scatter", FigureKind::scatter},
                                                          {"timeline", FigureKind::timeline},
                                                          {"table", FigureKind::table}};
  return kinds;
}

FigureKind kind_in(const TomlSection& section) {
  const auto found = figure_kinds().find(section.required_text("kind"));
  if (found == figure_kinds().end()) {
    section.refuse("kind", "'" + section.text("kind") + "' is no kind of figure",
                   "Kinds are lines, bars, scatter, timeline, table");
  }
  return found->second;
}

/// The id names files: it must not leave the folder.
std::string id_in(const TomlSection& section) {
  const std::string id = section.required_text("id");
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
  if (!std::all_of(id.begin(), id.end(), plain)) {
    section.refuse("id", "'" + quotable(id) + "' cannot name a file",
                   "write letters, digits, - and _");
  }
  return id;
}

/// Whether `axis` is among the letters of log = "xy".
bool is_log(const TomlSection& section, char axis) {
  const std::string log = section.text("log");
  if (log.find_first_not_of("xy") != std::string::npos) {
    section.refuse("log", "'" + quotable(log) + "' are no axes",
                   "write log = \"x\", \"y\" or \"xy\"");
  }
  return log.find(axis) != std::string::npos;
}

FigureLane lane_in(const TomlSection& section, const std::string& label_key) {
  FigureLane lane;
  lane.y = section.texts("y");
  if (lane.y.empty())
    section.refuse("y", "nothing to draw: 'y' is missing", "write y = \"column\"");
  lane.names = section.texts("names");
  lane.low = section.texts("low");
  lane.high = section.texts("high");
  lane.series = section.texts("series");
  lane.label = section.text(label_key, lane.y.front());
  lane.log = is_log(section, 'y');
  for (const char* key : {"names", "low", "high"}) {
    const std::size_t given = section.texts(key).size();
    if (given != 0 && given != lane.y.size()) {
      section.refuse(key, "'" + std::string(key) + "' has another length than 'y'",
                     "write one for each y");
    }
  }
  if (lane.low.size() != lane.high.size()) {
    section.refuse("low", "an interval has two ends", "write low and high");
  }
  return lane;
}

std::vector<FigureLane> lanes_in(const toml::table& table, const TomlSection& figure,
                                 const std::string& file) {
  const toml::array* lanes = table["lane"].as_array();
  if (lanes == nullptr || lanes->empty() || !lanes->is_homogeneous(toml::node_type::table)) {
    figure.refuse("lane", "a timeline needs lanes",
                  "write lane = [{ y = \"column\", label = \"rate / Mbit/s\" }]");
  }
  std::vector<FigureLane> found;
  for (const toml::node& node : *lanes) {
    const TomlSection section(*node.as_table(), file, "a lane");
    section.allow({"y", "names", "series", "label", "log", "points"});
    found.push_back(lane_in(section, "label"));
    found.back().points = section.truth("points");
  }
  return found;
}

std::map<std::string, double> scale_in(const TomlSection& section) {
  std::map<std::string, double> scale;
  const toml::table* factors = section.table("scale");
  if (factors == nullptr) return scale;
  for (const auto& [column, factor] : *factors) {
    const std::optional<double> number = factor.value<double>();
    if (!number) section.refuse("scale", "a factor is no number", "write scale = { column = 100 }");
    scale[std::string(column.str())] = *number;
  }
  return scale;
}

CsvFilter filter_in(const TomlSection& figure, const std::string& file) {
  CsvFilter filter;
  const toml::table* wanted = figure.table("where");
  if (wanted == nullptr) return filter;
  const TomlSection section(*wanted, file, "where");
  for (const auto& entry : *wanted) {
    const std::string column(entry.first.str());
    filter[column] = section.texts(column);
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

void read_columns(const TomlSection& section, Figure& figure) {
  figure.columns = section.texts("columns");
  figure.names = section.texts("names");
  if (figure.columns.empty())
    section.refuse("columns", "a table without 'columns'", "write columns = [\"column\"]");
  if (!figure.names.empty() && figure.names.size() != figure.columns.size())
    section.refuse("names", "'names' has another length than 'columns'", "write one for each");
}

Figure figure_in(const toml::table& table, const std::string& file) {
  const TomlSection section(table, file, kFigureSection);
  Figure figure;
  figure.id = id_in(section);
  figure.title = section.required_text("title");
  figure.kind = kind_in(section);
  section.allow(keys_of(figure.kind));
  figure.from = section.required_text("from");
  if (figure.from.find('/') != std::string::npos)
    section.refuse("from", "'from' is no file of the run's folder", "write from = \"results.csv\"");
  figure.where = filter_in(section, file);
  figure.scale = scale_in(section);
  figure.for_each = section.texts("for_each");
  figure.claim = section.text("claim");
  figure.checks = section.texts("check");
  figure.note = section.text("note");
  if (figure.kind == FigureKind::table) {
    read_columns(section, figure);
    return figure;
  }
  figure.x = section.required_text("x");
  figure.x_label = section.text("x_label", figure.x);
  figure.log_x = is_log(section, 'x');
  figure.diagonal = section.truth("diagonal");
  figure.lanes = figure.kind == FigureKind::timeline
                     ? lanes_in(table, section, file)
                     : std::vector<FigureLane>{lane_in(section, "y_label")};
  return figure;
}

}  // namespace

std::vector<Figure> parse_figures(const std::string& toml, const std::string& name) {
  const toml::table file = parse_toml(toml, name);
  const toml::node* sections = file.get("figure");
  if (sections == nullptr) return {};
  const toml::array* list = sections->as_array();
  const TomlSection whole(file, name, "the file");
  if (list == nullptr || !list->is_homogeneous(toml::node_type::table))
    whole.refuse("figure", "'figure' is no list of sections", "write [[figure]]");
  std::vector<Figure> figures;
  std::set<std::string> ids;
  for (const toml::node& node : *list) {
    figures.push_back(figure_in(*node.as_table(), name));
    if (!ids.insert(figures.back().id).second) {
      TomlSection(*node.as_table(), name, kFigureSection)
          .refuse("id", "two figures have the id '" + figures.back().id + "'", "name one anew");
    }
  }
  return figures;
}

}  // namespace branchline::lab
