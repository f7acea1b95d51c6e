#pragma once
// What a shared libwick shows: classes and functions of the public headers whose bodies are in the library are marked
// WICK_API, and everything else is hidden (-fvisibility=hidden).

#define WICK_API __attribute__((visibility("default")))
