#pragma once

#include <optional>
#include <string>
#include <vector>

namespace branchline::lab {

/// The word of `words` that takes the fewest changed, added or dropped letters to become `word`;
/// nullopt when all are far from it.
std::optional<std::string> nearest_word(const std::string& word,
                                        const std::vector<std::string>& words);

}  // namespace branchline::lab
