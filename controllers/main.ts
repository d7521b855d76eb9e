#!/usr/bin/env node
// The composition root grows here.
