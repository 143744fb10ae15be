#pragma once

#include <string_view>

namespace branchline::apps {

/// status_page.html, built in: it loads nothing but /status.json, so it works without a network.
extern const std::string_view kStatusPage;

}  // namespace branchline::apps
