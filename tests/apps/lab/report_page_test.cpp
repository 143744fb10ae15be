#include "apps/lab/report_page.h"

#include <gmock/gmock.h>

#include "apps/lab/place_choice.h"
#include "apps/lab/svg_timeline.h"
#include "apps/lab/timeline_picture.h"
#include "tests/apps/lab/sample_story.h"

namespace branchline::lab {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(ReportPage, StatesTheSlowdownAndEveryMethod) {
  const std::string page = report_page(sample_story());
  EXPECT_THAT(page, HasSubstr("slowed by ×42"));
  EXPECT_THAT(page, HasSubstr("<td>edge only, JPEG</td>"));
  EXPECT_THAT(page, HasSubstr("1 lost"));
  EXPECT_THAT(page, HasSubstr("75.0 %"));  // three of four by the deadline
}

TEST(ReportPage, NeedsNothingFromOutside) {
  const std::string page = report_page(sample_story());
  EXPECT_THAT(page, Not(HasSubstr("http")));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme:dark"));
  EXPECT_THAT(page, HasSubstr("width=device-width"));
}

TEST(ReportPage, NamesAreTextNotMarkup) {
  const std::string page = report_page(sample_story());
  EXPECT_THAT(page, HasSubstr("b_&lt;camera&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("b_<camera>")));
}

TEST(SvgTimeline, HasADotAFrameAndABandForTheTimeDown) {
  const std::string svg = svg_timeline(sample_story(), 800);
  EXPECT_EQ(count_of(svg, "<circle"), 4u);
  EXPECT_EQ(count_of(svg, "<circle class=\"late\""), 1u);
  EXPECT_EQ(count_of(svg, "<circle class=\"insured\""), 1u);
  EXPECT_EQ(count_of(svg, "class=\"down\""), 1u);
  EXPECT_EQ(count_of(svg, "<rect class=\"split\""), 1u);
}

TEST(TimelineScript, ShadesExactlyTheTimeDown) {
  const std::string script = timeline_script(sample_story());
  EXPECT_EQ(count_of(script, "fillcolor rgb '#fde2e2'"), 1u);
  EXPECT_THAT(script, HasSubstr("from first 1.00, graph 0 to first 1.50, graph 1"));
  EXPECT_THAT(script, HasSubstr("deadline = 100.000"));
}

TEST(ReasonOf, SaysWhyTheOthersAreWorse) {
  const DemoStory story = sample_story();
  const std::string reason = reason_of(story.choices[0], story.deadline);
  EXPECT_THAT(reason, HasSubstr("2 Mbit/s"));
  EXPECT_THAT(reason, HasSubstr("the device alone reaches only exit 2 in time (exit 4 would take "
                                "150 ms)"));
  EXPECT_THAT(reason, HasSubstr("sending the picture would take 130 ms even for its first exit"));
}

TEST(TypicalFrames, ComeFromTheMiddleOfTheLinksOfTheirPlace) {
  std::vector<FrameRecord> records;
  for (const double rate : {1e6, 9e6, 2e6}) {
    records.push_back(sample_record(records.size(), Place::edge, 4, 30));
    records.back().uplink_bps = rate;
  }
  records.push_back(sample_record(3, Place::device, 1, 130));  // late: explains nothing
  const std::vector<FrameRecord> typical = typical_frames(records);
  ASSERT_EQ(typical.size(), 1u);
  EXPECT_EQ(typical[0].uplink_bps, 2e6);
}

}  // namespace
}  // namespace branchline::lab
