#include "apps/lab/report/report.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "apps/lab/report/figure_picture.h"
#include "apps/lab/report/figure_section.h"
#include "apps/lab/report/gnuplot.h"
#include "apps/lab/report/html_page.h"
#include "apps/lab/report/markdown_report.h"
#include "apps/lab/report/method_section.h"
#include "apps/lab/report/prediction_figure.h"
#include "apps/lab/report/report_sections.h"
#include "apps/lab/report/run_comparison.h"
#include "apps/lab/report/run_results.h"
#include "framework/base/error.h"

namespace branchline::lab {
namespace {

using Runs = std::vector<const RunResults*>;

/// Draws the figures of one page.
class FigureDrawer {
 public:
  FigureDrawer(Runs runs, const std::string& folder, std::ostream& notes)
      : runs_(std::move(runs)), folder_(folder), notes_(notes), draw_(has_gnuplot()) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
      throw InputError("cannot be made", folder, "check that the run's folder is writable");
    if (!draw_) {
      notes
          << "no pictures: gnuplot is missing (apt install gnuplot-nox); the page has the tables, "
             "and `branchline report` draws them later\n";
    }
  }

  /// The figure, or the figures that it stands for; a sentence when it has no rows.
  std::string section(const Figure& figure) {
    std::vector<RunTable> rows;
    for (const RunResults* run : runs_) {
      const CsvTable* table = run->table(figure.from);
      if (table == nullptr) return missing(figure, figure.from + " is not in " + run->folder);
      rows.push_back({runs_.size() > 1 ? run->name : "", *table});
    }
    std::string html;
    for (const Figure& one : expand(figure, rows.front().rows)) html += drawn(one, rows);
    return html.empty() ? missing(figure, "no row fits") : html;
  }

 private:
  std::string drawn(const Figure& figure, const std::vector<RunTable>& rows) {
    std::string svg;
    if (figure.kind != FigureKind::table) {
      const FigureData data = figure_data(figure, rows);
      if (data.empty()) return missing(figure, "no row fits");
      svg = draw_figure(folder_, figure, data, draw_, notes_);
    }
    return figure_section(figure, svg, runs_, rows);
  }

  std::string missing(const Figure& figure, const std::string& why) {
    notes_ << "figure " << figure.id << " left out: " << why << '\n';
    return "<figure><h3>" + html_text(figure.title) +
           "</h3><p class=\"soft\">Not drawn: " + html_text(why) + ".</p></figure>";
  }

  const Runs runs_;
  const std::string folder_;
  std::ostream& notes_;
  const bool draw_;
};

/// The experiment's own and, where there are predictions, theirs.
std::vector<Figure> figures_of(const RunResults& run) {
  std::vector<Figure> figures = run.figures;
  const auto is_prediction = [](const Figure& f) { return f.id == prediction_figure().id; };
  const CsvTable* results = run.table("results.csv");
  if (results != nullptr && std::none_of(figures.begin(), figures.end(), is_prediction)) {
    figures.push_back(prediction_figure());
  }
  return figures;
}

std::string figures_section(const Runs& runs, const std::string& folder, std::ostream& notes) {
  FigureDrawer drawer(runs, folder, notes);
  std::string html;
  for (const Figure& figure : figures_of(*runs.front())) html += drawer.section(figure);
  return html.empty() ? "" : "<h2>Figures</h2><div class=\"figures\">" + html + "</div>";
}

void write_text(const std::string& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text << std::flush;
  if (!out) throw RunError(file + ": cannot be written; is the disk full?");
}

std::string write_page(const std::string& file, const std::string& title, const std::string& body) {
  write_text(file, html_page(title, kReportStyle, body));
  return file;
}

std::string heading(const std::string& title) { return "<h1>" + html_text(title) + "</h1>"; }

void require_same_experiment(const RunResults& here, const RunResults& there) {
  const bool lab = here.table("results.csv") != nullptr && there.table("results.csv") != nullptr;
  if (lab && here.title == there.title) return;
  throw InputError(lab ? "is a run of '" + there.title + "', not of '" + here.title + "'"
                       : "only runs with a results.csv can be compared",
                   there.folder, "compare two folders of the same experiment");
}

/// Folders of the same name are told apart by their whole paths.
void name_apart(RunResults& here, RunResults& there) {
  if (here.name != there.name) return;
  here.name = here.folder;
  there.name = there.folder;
  if (here.name == there.name)
    throw InputError("is the same folder", there.folder, "give another run's");
}

}  // namespace

std::string write_report(const std::string& folder, std::ostream& notes) {
  const RunResults run = read_run(folder);
  write_text(folder + "/report.md", markdown_report(run));
  return write_page(folder + "/report.html", run.title,
                    heading(run.title) + overview_section(run) + method_section(run) +
                        figures_section({&run}, folder + "/figures", notes) + checks_section(run) +
                        text_section(run) + setting_section(run));
}

std::string write_comparison(const std::string& folder, const std::string& other,
                             std::ostream& notes) {
  RunResults here = read_run(folder), there = read_run(other);
  require_same_experiment(here, there);
  name_apart(here, there);
  const RunComparison comparison =
      compare_runs(*here.table("results.csv"), *there.table("results.csv"));
  const std::string title = here.title + ": " + here.name + " and " + there.name;
  const auto of = [](const RunResults& run, const std::string& section) {
    return section.empty() ? "" : "<h2>" + html_text(run.name) + "</h2>" + section;
  };
  return write_page(folder + "/comparison.html", title,
                    heading(title) + of(here, overview_section(here)) +
                        of(there, overview_section(there)) +
                        comparison_section(comparison, here, there) +
                        figures_section({&here, &there}, folder + "/comparison", notes) +
                        of(here, setting_section(here)) + of(there, setting_section(there)));
}

}  // namespace branchline::lab
