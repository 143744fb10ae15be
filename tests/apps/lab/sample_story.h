#pragma once

#include "apps/lab/demo_story.h"
#include "tests/apps/lab/sample_records.h"

namespace branchline::lab {

/// Two seconds: edge, split, a fallback while the link is down, a late frame.
inline DemoStory sample_story() {
  using std::chrono::milliseconds;
  DemoStory story;
  story.model = "b_<camera>";
  story.slowdown = 42;
  story.exits = 4;
  story.exit_accuracy = {0.4, 0.6, 0.7, 0.8};
  story.deadline = milliseconds(100);
  story.length = milliseconds(2000);
  story.acts = {{"Act 1", "good", Duration::zero(), milliseconds(1000)},
                {"Act 2", "cut", milliseconds(1000), milliseconds(2000)}};
  story.link_samples = {{Duration::zero(), 2e7, false},
                        {milliseconds(1000), 0, true},
                        {milliseconds(1500), 2e7, false}};
  story.records = {sample_record(0, Place::edge, 4, 30), sample_record(2, Place::split, 4, 70),
                   sample_record(5, Place::device, 1, 98), sample_record(8, Place::device, 2, 140)};
  story.records[2].insured = true;
  story.table = {summarise("branchline", story.records),
                 summarise("edge only, JPEG", {lost_record(0)})};
  PlaceChoice choice;
  choice.frame = story.records[1];
  choice.options = {{Place::device, 2, milliseconds(60), milliseconds(150), true},
                    {Place::split, 4, milliseconds(70), milliseconds(70), true},
                    {Place::edge, 0, milliseconds(130), milliseconds(140), true}};
  story.choices = {choice};
  return story;
}

}  // namespace branchline::lab
