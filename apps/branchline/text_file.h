#pragma once

#include <string>

namespace branchline::apps {

/// The whole file. @throws InputError naming it, with `fix` as what to do, when it cannot be read.
std::string read_text_file(const std::string& path, const std::string& fix);

}  // namespace branchline::apps
