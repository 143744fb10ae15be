#include "apps/lab/report/figure_picture.h"

#include <filesystem>
#include <fstream>
#include <ostream>

#include "apps/branchline/text_file.h"
#include "apps/lab/report/figure_script.h"
#include "apps/lab/report/gnuplot.h"
#include "apps/lab/report/inline_svg.h"
#include "framework/base/error.h"

namespace branchline::lab {
namespace {

void write_picture_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.flush();
  if (!file) throw RunError(path + ": cannot be written; is the disk full?");
}

}  // namespace

std::string draw_figure(const std::string& folder, const Figure& figure, const FigureData& data,
                        bool draw, std::ostream& notes) {
  const std::string base = folder + "/" + figure.id;
  for (const char* kind : {".png", ".svg"})
    std::filesystem::remove(base + kind);  // of an older run
  write_picture_file(base + ".csv", figure_csv(figure, data));
  write_picture_file(base + ".gp", figure_script(figure, data));
  if (!draw) return "";
  const std::string trouble = run_gnuplot(folder, figure.id);
  if (!trouble.empty()) {
    notes << trouble << '\n';
    return "";
  }
  return inline_svg(apps::read_text_file(base + ".svg", "draw it anew"), figure.id, figure.title);
}

}  // namespace branchline::lab
