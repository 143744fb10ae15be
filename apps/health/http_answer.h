#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace branchline::apps {

struct HttpAnswer {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

/// What a GET of `path` (without query) gets. Called on the server's thread; must not block.
using HttpAnswerer = std::function<HttpAnswer(std::string_view path)>;

}  // namespace branchline::apps
