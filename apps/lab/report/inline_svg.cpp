#include "apps/lab/report/inline_svg.h"

#include <array>
#include <cstdio>
#include <utility>

#include "apps/lab/report/html_page.h"

namespace branchline::lab {
namespace {

struct SvgColour {
  int red, green, blue;
  const char* variable;
};

/// What figure_script.cpp sets, and gnuplot's own black and greys.
constexpr std::array<SvgColour, 10> kSvgColours = {{{0, 114, 178, "--series1"},
                                                    {213, 94, 0, "--series2"},
                                                    {0, 158, 115, "--series3"},
                                                    {204, 121, 167, "--series4"},
                                                    {230, 159, 0, "--series5"},
                                                    {86, 180, 233, "--series6"},
                                                    {0, 0, 0, "--ink"},
                                                    {85, 85, 85, "--soft"},
                                                    {221, 221, 221, "--line"},
                                                    {255, 255, 255, "--paper"}}};

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// "rgb( 0, 114, 178)", with or without its spaces.
void name_colours(std::string& svg) {
  for (std::size_t at = svg.find("rgb("); at != std::string::npos; at = svg.find("rgb(", at + 1)) {
    const std::size_t end = svg.find(')', at);
    if (end == std::string::npos) return;
    int red = 0, green = 0, blue = 0;
    if (std::sscanf(svg.c_str() + at, "rgb( %d , %d , %d", &red, &green, &blue) != 3) continue;
    for (const SvgColour& colour : kSvgColours) {
      if (std::array{red, green, blue} == std::array{colour.red, colour.green, colour.blue})
        svg.replace(at, end + 1 - at, "var(" + std::string(colour.variable) + ")");
    }
  }
}

}  // namespace

std::string inline_svg(const std::string& svg, const std::string& id, const std::string& title) {
  const std::size_t begin = svg.find("<svg");
  if (begin == std::string::npos) return "";
  std::string text = svg.substr(begin);
  name_colours(text);
  for (const char* attribute : {"color", "fill", "stroke"}) {
    for (const auto& [name, variable] : {std::pair{"black", "--ink"}, {"white", "--paper"}}) {
      for (const char* quote : {"\"", "'"}) {
        replace_all(text, std::string(" ") + attribute + "=" + quote + name + quote,
                    std::string(" ") + attribute + "=\"var(" + variable + ")\"");
      }
    }
  }
  replace_all(text, "gpPt", id + "-gpPt");
  replace_all(text, "gpDot", id + "-gpDot");
  replace_all(text, "gnuplot_", id + "-");
  replace_all(text, "'textbox'", "'" + id + "-textbox'");
  replace_all(text, "'greybox'", "'" + id + "-greybox'");
  replace_all(text, "<title>Gnuplot</title>", "<title>" + html_text(title) + "</title>");
  replace_all(text, "<svg ", "<svg role=\"img\" ");
  return text;
}

}  // namespace branchline::lab
