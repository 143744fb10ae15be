#pragma once

#include "apps/branchline/verb.h"

namespace branchline::apps {

Verb add_calibrate(CLI::App& app);
Verb add_demo(CLI::App& app);
Verb add_doctor(CLI::App& app);
Verb add_experiment(CLI::App& app);
Verb add_import(CLI::App& app);
Verb add_inspect(CLI::App& app);
Verb add_link(CLI::App& app);
Verb add_ping(CLI::App& app);
Verb add_plan(CLI::App& app);
Verb add_profile(CLI::App& app);
Verb add_report(CLI::App& app);
Verb add_run(CLI::App& app);
Verb add_train(CLI::App& app);
Verb add_verify(CLI::App& app);

}  // namespace branchline::apps
