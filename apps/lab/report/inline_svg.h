#pragma once

#include <string>

namespace branchline::lab {

/// A picture as gnuplot writes it, ready to stand inside a page beside others: without its XML
/// head, its ids unique through `id`, `title` for those who do not see it, and colours as the
/// page's CSS variables (html_page.h), so that it follows light and dark. Unknown colours stay.
std::string inline_svg(const std::string& svg, const std::string& id, const std::string& title);

}  // namespace branchline::lab
