#pragma once

#include <string>

#include "apps/lab/demo_story.h"

namespace branchline::lab {

/// The report as one self-contained HTML page: no script, no address outside, light and dark,
/// readable on a phone.
std::string report_page(const DemoStory& story);

}  // namespace branchline::lab
