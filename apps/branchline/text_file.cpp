#include "apps/branchline/text_file.h"

#include <fstream>
#include <sstream>

#include "framework/base/error.h"

namespace branchline::apps {

std::string read_text_file(const std::string& path, const std::string& fix) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
  if (!file.is_open() || file.bad() || text.fail())
    throw InputError("it cannot be read", path, fix);
  return text.str();
}

}  // namespace branchline::apps
