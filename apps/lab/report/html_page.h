#pragma once

#include <string>
#include <vector>

namespace branchline::lab {

/// `text` with &, <, > and quotes made harmless.
std::string html_text(const std::string& text);

/// A whole page that needs nothing from outside: no script, no address, light and dark, readable on
/// a phone. Every page's style defines the colours --paper --ink --soft --line --card --good --late
/// and the classes soft, scroll, cards, card.
///
/// @param title  plain text
/// @param style  CSS of this page, after the common one
/// @param body   HTML
std::string html_page(const std::string& title, const std::string& style, const std::string& body);

/// A table that scrolls by itself where it is too wide. All cells are plain text.
std::string html_table(const std::vector<std::string>& header,
                       const std::vector<std::vector<std::string>>& rows);

}  // namespace branchline::lab
