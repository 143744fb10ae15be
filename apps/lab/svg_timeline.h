#pragma once

#include <string>

#include "apps/lab/demo_story.h"

namespace branchline::lab {

/// The four lanes of the timeline as an <svg> element `width` units wide. Colours are the page's
/// CSS variables (--device, --split, --edge, --good, --late, …), so that it follows light and dark.
/// Each frame's dot carries a <title> that tells its story.
std::string svg_timeline(const DemoStory& story, int width);

}  // namespace branchline::lab
